/** What a file of an entry is, and how it can be shown. */
import type { TrailEntryFileInfo } from '@genjin/client';
import { baseUrl } from '../parts/session.tsx';

export type FileKind = 'picture' | 'audio' | 'video' | 'other';

export interface ShownFile {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly kind: FileKind;
  /** Where it is fetched from: here, or at its own web address; `null`: nowhere. */
  readonly address: string | null;
  /** Whether its bytes are here. */
  readonly own: boolean;
  /** A small picture of it. */
  readonly small: string | null;
}

/** Only what leads to the web: an imported address may be anything, a script too. */
const webAddress = (text: string): string | null => (/^https?:\/\//i.test(text) ? text : null);

const here = (path: string): string => new URL(path.slice(1), baseUrl).href;

const endings: Readonly<Record<string, FileKind>> = {
  mp3: 'audio',
  m4a: 'audio',
  ogg: 'audio',
  oga: 'audio',
  wav: 'audio',
  mp4: 'video',
  webm: 'video',
};

export const endingOf = (name: string): string => /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';

export function shownFile({
  file_id: id,
  file_name,
  file_size: size,
  file_path,
  file_preview_url,
}: TrailEntryFileInfo): ShownFile {
  const name = file_name || String(id);
  if (!/^\/v1\/file\/download\?file_id=\d+$/.test(file_path)) {
    const address = webAddress(file_preview_url) ?? webAddress(file_path);
    return { id, name, size, kind: 'other', address, own: false, small: null };
  }
  const small = /^\/v1\/file\/thumbnail\?file_id=\d+$/.test(file_preview_url) ? here(file_preview_url) : null;
  const kind = small !== null ? 'picture' : (endings[endingOf(name)] ?? 'other');
  return { id, name, size, kind, address: here(file_path), own: true, small };
}

/** To be looked at in the page and not put on the disk. */
export const inline = (address: string): string => `${address}&inline=1`;

const units = ['B', 'KB', 'MB', 'GB'];

export function sizeInWords(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
