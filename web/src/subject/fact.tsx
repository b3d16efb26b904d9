import type { ReactNode } from 'react';

/** One fact of a header; without a value it is not there. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (children === null || children === undefined || children === '' || children === false) return null;
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Only what leads to the web; an imported one may be anything, a script too. A bare name is one that people left the beginning off. */
export function webAddress(text: string): string | null {
  if (/^https?:\/\//i.test(text)) return text;
  return /^[\w-]+(\.[\w-]+)+(\/\S*)?$/u.test(text) ? `https://${text}` : null;
}

export function Homepage({ address }: { address: string }) {
  const href = webAddress(address);
  if (href === null) return <bdi>{address}</bdi>;
  return (
    <a className="link" href={href} target="_blank" rel="noopener noreferrer">
      {address}
    </a>
  );
}
