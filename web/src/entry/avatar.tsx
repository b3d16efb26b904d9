import { useState } from 'react';

const colours = ['blue', 'cyan', 'green', 'orange', 'purple', 'red', 'gold', 'indigo', 'pink', 'teal'];

/** Only what lies here: an imported address would tell somebody else who reads what. */
const ownPicture = (address: string): string | null => (/^\/v1\/[\w/]+\?[\w=&]+$/.test(address) ? `.${address}` : null);

/** A person's picture, or else the first letter of the name on a colour of their own. The name stands beside it. */
export function Avatar({ id, name, picture = '' }: { id: number; name: string; picture?: string }) {
  const [broken, setBroken] = useState(false);
  const address = ownPicture(picture);
  if (address !== null && !broken) {
    return <img className="avatar" src={address} alt="" width={20} height={20} loading="lazy" onError={() => setBroken(true)} />;
  }
  return (
    <span className={`avatar ${colours[id % colours.length]}`} aria-hidden="true">
      {[...name.trim()][0]?.toUpperCase() ?? '?'}
    </span>
  );
}
