/** OKKI writes `[]` where there is no object. */
export const known = <T extends object>(info: T | []): T | null => (Array.isArray(info) ? null : info);
