import { Input } from 'antd';
import { useEffect, useState } from 'react';

const pause = 250;

interface SearchBoxProps {
  /** What is searched for now. */
  readonly words: string;
  readonly label: string;
  readonly onSearch: (words: string) => void;
}

/** Searches while one types; the key that it names leads to it. */
export function SearchBox({ words, label, onSearch }: SearchBoxProps) {
  const [typed, setTyped] = useState(words);
  // What was typed meanwhile stays, a space at its end too.
  useEffect(() => setTyped((now) => (now.trim() === words ? now : words)), [words]);
  useEffect(() => {
    if (typed.trim() === words) return;
    const timer = setTimeout(() => onSearch(typed.trim()), pause);
    return () => clearTimeout(timer);
  });
  return (
    <Input.Search
      className="search-box"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onSearch={(text) => onSearch(text.trim())}
      placeholder={label}
      aria-label={label}
      aria-keyshortcuts="/"
      allowClear
    />
  );
}
