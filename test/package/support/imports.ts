import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { installed, installedFiles } from './outside.js';

export interface Import {
  readonly file: string;
  readonly module: string;
}

/** Everything that files of the package import from elsewhere. */
export function importsFromElsewhere(extension: '.js' | '.d.ts'): Import[] {
  const files = installedFiles().filter(
    (file) => file.startsWith('dist/') && file.endsWith(extension),
  );
  return files.flatMap((file) => {
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(
      readFileSync(installed(file), 'utf8'),
      true,
      true,
    );
    const modules = [...importedFiles, ...typeReferenceDirectives].map(({ fileName }) => fileName);
    return modules.filter((module) => !module.startsWith('.')).map((module) => ({ file, module }));
  });
}
