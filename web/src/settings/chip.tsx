import type { ReactNode } from 'react';

/** A word about something; with a dot of a colour where it says how it is. */
export function Chip({ colour, children }: { colour?: 'green' | 'gold' | 'red' | 'blue' | 'grey'; children: ReactNode }) {
  return (
    <span className="settings-chip">
      {colour !== undefined && <span className={`settings-chip-dot ${colour}`} aria-hidden="true" />}
      {children}
    </span>
  );
}
