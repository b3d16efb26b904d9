const names = new Map<string, Intl.DisplayNames>();

/** A country's name from its two letters; what is none stays as it is. */
export function countryInWords(country: string, language: string): string {
  const known = names.get(language) ?? new Intl.DisplayNames([language], { type: 'region', fallback: 'code' });
  names.set(language, known);
  return /^[A-Z]{2}$/.test(country) ? (known.of(country) ?? country) : country;
}
