/** The versions of NestJS, besides the newest ones, that differ in which guards they call. */
export const versions = ['11.0.1', '11.1.6', '12.1.1'];
