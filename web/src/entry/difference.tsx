import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { piecesOf } from './diff.ts';

/** What became of a text: what was taken out struck through, what was put in marked. `whole`: it was not there before. */
export function Difference({ before, after, whole }: { before: string; after: string; whole: boolean }) {
  const { t } = useTranslation();
  const pieces = useMemo(() => {
    let at = 0;
    return piecesOf(before, after).map((piece) => {
      at += piece.text.length;
      return { ...piece, at };
    });
  }, [before, after]);
  if (whole) return <p className="difference">{after}</p>;
  return (
    <p className="difference">
      {pieces.map(({ at, how, text }) => {
        if (how === 'same') return <span key={`${at} ${how}`}>{text}</span>;
        const Mark = how === 'added' ? 'ins' : 'del';
        return (
          <Mark key={`${at} ${how}`} title={t(`history.${how}`)}>
            {text}
          </Mark>
        );
      })}
    </p>
  );
}
