/** Reads a workbook back, as far as tests look: the parts of the zip file by its directory, and the cells of its sheets. */
import { crc32, inflateRawSync } from 'node:zlib';

/** Every part of a zip file, its length and its checksum looked at. */
export function unzipped(file: Buffer): Map<string, string> {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('no zip file');
  const parts = new Map<string, string>();
  let at = file.readUInt32LE(end + 16);
  for (let left = file.readUInt16LE(end + 10); left > 0; left--) {
    const [sum, packed, length] = [16, 20, 24].map((offset) => file.readUInt32LE(at + offset)) as [number, number, number];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const name = file.toString('utf8', at + 46, at + 46 + nameLength);
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const bytes = inflateRawSync(file.subarray(start, start + packed));
    if (bytes.length !== length || crc32(bytes) !== sum) throw new Error(`${name} is damaged`);
    parts.set(name, bytes.toString());
    at += 46 + nameLength + extraLength + commentLength;
  }
  return parts;
}

/** What Excel shows: a text, a number, or a time as a text. */
export type Cell = string | number;

export interface Sheet {
  readonly name: string;
  /** By row and column from 0; nothing where a cell is empty. */
  readonly rows: readonly (readonly (Cell | undefined)[])[];
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of XML, then of Excel, which writes `_x000D_` for what XML would not keep. */
function textOf(xml: string): string {
  const text = xml.replaceAll(/&(\w+);/g, (_, name: string) => {
    const character = entities[name];
    if (character === undefined) throw new Error(`&${name}; is unknown`);
    return character;
  });
  return text.replaceAll(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** A, B, …, Z, AA, … from 0. */
const columnOf = (letters: string): number =>
  [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;

const timeStyle = '1';

/** The sheets in the workbook's order; throws for what is not well-formed, as far as that goes without a parser. */
export function sheetsOf(file: Buffer): Sheet[] {
  const parts = unzipped(file);
  const part = (name: string): string => {
    const text = parts.get(name);
    if (text === undefined) throw new Error(`${name} is missing`);
    if (!text.startsWith('<?xml version="1.0" encoding="UTF-8"') || /(?![\t\n])\p{Cc}/u.test(text))
      throw new Error(`${name} is no XML`);
    return text;
  };
  const types = part('[Content_Types].xml');
  const targets = new Map(
    [...part('xl/_rels/workbook.xml.rels').matchAll(/<Relationship Id="(\w+)" Type="[^"]+" Target="([^"]+)"\/>/g)].map(
      ([, id, target]) => [id, target],
    ),
  );
  part('_rels/.rels');
  part('xl/styles.xml');
  return [...part('xl/workbook.xml').matchAll(/<sheet name="([^"]+)" sheetId="\d+" r:id="(\w+)"\/>/g)].map(([, name, id]) => {
    const path = `xl/${targets.get(id as string)}`;
    if (!types.includes(`PartName="/${path}"`)) throw new Error(`${path} has no content type`);
    const rows: (Cell | undefined)[][] = [];
    for (const [, number, cells] of part(path).matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)) {
      if (Number(number) !== rows.length + 1) throw new Error(`row ${number} after ${rows.length}`);
      const row: (Cell | undefined)[] = [];
      for (const [, letters, at, attributes, content] of (cells as string).matchAll(/<c r="([A-Z]+)(\d+)"([^>]*)>(.*?)<\/c>/gs)) {
        if (at !== number) throw new Error(`${letters}${at} in row ${number}`);
        row[columnOf(letters as string)] = cellOf(attributes as string, content as string);
      }
      rows.push(row);
    }
    return { name: name as string, rows };
  });
}

function cellOf(attributes: string, content: string): Cell {
  const text = /^<is><t xml:space="preserve">(.*)<\/t><\/is>$/s.exec(content)?.[1];
  if (attributes.includes('t="inlineStr"') && text !== undefined) return textOf(text);
  const number = /^<v>([\d.]+)<\/v>$/.exec(content)?.[1];
  if (number === undefined) throw new Error(`no cell: ${content}`);
  if (!attributes.includes(`s="${timeStyle}"`)) return Number(number);
  // Days since 1899-12-30, to the second.
  const at = Math.round((Number(number) - 25_569) * 86_400) * 1000;
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
