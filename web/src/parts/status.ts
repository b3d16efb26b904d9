import type { Texts } from '../texts/zh.ts';

type Status = keyof Texts['leadStatus'];

const known: Readonly<Record<number, Status>> = { 1: 's1', 2: 's2', 3: 's3', 4: 's4', 5: 's5', 7: 's7' };

/** The key of a lead's status, by its number; `null` for none that is known here. */
export const statusName = (status: number | undefined): Status | null => known[status ?? 0] ?? null;
