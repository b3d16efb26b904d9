/** What the tests need and a fresh machine may lack. */
export function setup(): void {}
