/** What may be asked of an export: which entries, as the list has them, and how they are written. */
import { Type } from 'typebox';
import { fieldSet, word } from './fields.ts';
import { readTrailFilter, trailFilterFields } from './trail-list-wire.ts';

export const exportFormats = ['ndjson', 'csv', 'xlsx'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Of the headers and words in a table for people. */
export const exportLanguages = ['zh', 'en'] as const;
export type ExportLanguage = (typeof exportLanguages)[number];

const howFields = {
  format: word(
    '格式 · ndjson: an entry a line, as the list answers it · csv: UTF-8 with a byte order mark · xlsx: an Excel workbook.',
    exportFormats,
    'ndjson',
  ),
  language: word('语言 · Of the headers and the words for types and states in csv and xlsx.', exportLanguages, 'zh'),
};

export const trailExportQuery = fieldSet({ ...howFields, ...trailFilterFields });

const how = fieldSet(howFields);

/** Throws `bad_parameter` as the list does. */
export const readTrailExport = (query: Readonly<Record<string, unknown>>) => ({ ...how.read(query), ...readTrailFilter(query) });

export const trailExportData = Type.String({ description: 'The file.' });
