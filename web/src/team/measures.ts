/** Pixels of the heat map; the names beside the drawing have rows of the same height. */
export const rowHeight = 28;
export const headHeight = 24;
export const leastWidth = { day: 24, month: 40 } as const;
