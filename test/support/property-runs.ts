const factor = Number(process.env['PROPERTY_RUNS'] ?? 1);
if (!(factor >= 1)) throw new Error('PROPERTY_RUNS must be a number of at least 1');

/** How often a property is tried: so often, times `PROPERTY_RUNS`. */
export const propertyRuns = (usual: number): number => Math.ceil(usual * factor);
