/** Recording a follow-up from anywhere: who opens it, and where it stands. What it is made of is fetched apart. */
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import type { TrailEntry } from '@genjin/client';
import { Button } from 'antd';
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useKey } from '../parts/keys.ts';
import { type Place, usePlace } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { Still } from '../timeline/still.tsx';
import { type Item, isSubjectKind, type Subject } from './item.ts';
import './composer.css';

const Panel = lazy(() => import('./panel.tsx'));
const EditPanel = lazy(() => import('./edit-panel.tsx'));
const Queue = lazy(() => import('./queue.tsx'));

interface Composer {
  /** Opens it to record; about what is shown when no subject is named. Its name may be empty: then it is looked up. */
  readonly open: (options?: { readonly subject?: Subject }) => void;
  /** Opens it to change an entry, which has to be one's own. */
  readonly edit: (entry: TrailEntry) => void;
  /** Opens it to change what waits to be sent. */
  readonly resume: (item: Item) => void;
}

type Opening =
  | { readonly what: 'new'; readonly subject: Subject | null }
  | { readonly what: 'edit'; readonly trailId: number }
  | { readonly what: 'waiting'; readonly item: Item };

/** `count`: so that it takes the focus again when it is opened once more. */
type Opened = Opening & { readonly count: number };

const ComposerContext = createContext<Composer | null>(null);

/** For whoever wants to record or edit; does nothing for who may only read. */
export function useComposer(): Composer {
  const composer = useContext(ComposerContext);
  if (composer === null) throw new Error('there is no composer around this');
  return composer;
}

function subjectOf({ view, params }: Place): Subject | null {
  const id = Number(params['id']);
  return isSubjectKind(view) && Number.isSafeInteger(id) && id > 0 ? { kind: view, id, name: '' } : null;
}

/** The page with the composer beside it. */
export function ComposerProvider({ children }: { children: ReactNode }) {
  const { mayWrite } = useSession();
  const place = usePlace();
  const [opened, setOpened] = useState<Opened | null>(null);
  const before = useRef<Element | null>(null);
  const count = useRef(0);
  const current = useRef(place);
  current.current = place;

  const show = useCallback(
    (opening: Opening) => {
      if (!mayWrite) return;
      count.current++;
      const next = { ...opening, count: count.current };
      setOpened((was) => {
        if (was === null) before.current = document.activeElement;
        return next;
      });
    },
    [mayWrite],
  );
  const close = useCallback(() => {
    setOpened(null);
    if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
  }, []);
  const composer = useMemo<Composer>(
    () => ({
      open: ({ subject } = {}) => show({ what: 'new', subject: subject ?? subjectOf(current.current) }),
      edit: ({ trail_id }) => show({ what: 'edit', trailId: trail_id }),
      resume: (item) => show({ what: 'waiting', item }),
    }),
    [show],
  );
  // What is being changed is not put aside by a key.
  useKey('n', mayWrite && opened?.what !== 'edit' ? () => composer.open() : null);
  const desk = useRef<HTMLDivElement>(null);
  // Once the page itself is there: then it opens at once, and also without a network.
  useEffect(() => {
    const timer = setTimeout(() => import('./panel.tsx').catch(() => undefined), 1500);
    return () => clearTimeout(timer);
  }, []);
  return (
    <ComposerContext value={composer}>
      <Still list={desk}>
        <div ref={desk} className={opened === null ? 'desk' : 'desk composing'}>
          {children}
          <Suspense>
            {opened?.what === 'new' && (
              <Panel
                key={opened.subject === null ? '' : `${opened.subject.kind} ${opened.subject.id}`}
                subject={opened.subject}
                item={null}
                count={opened.count}
                onClose={close}
              />
            )}
            {opened?.what === 'waiting' && (
              <Panel key={opened.item.id} subject={null} item={opened.item} count={opened.count} onClose={close} />
            )}
            {opened?.what === 'edit' && <EditPanel key={opened.trailId} trailId={opened.trailId} onClose={close} />}
          </Suspense>
        </div>
      </Still>
    </ComposerContext>
  );
}

/** The one thing that is done from anywhere, and what still waits to be sent. */
export function ComposerAction() {
  const { t } = useTranslation();
  const { mayWrite } = useSession();
  const { open } = useComposer();
  if (!mayWrite) return null;
  return (
    <div className="compose">
      <Button
        className="compose-button"
        type="primary"
        size="large"
        icon={<PlusOutlined />}
        aria-keyshortcuts="n"
        onClick={() => open()}
      >
        <span>{t('composer.record')}</span>
        <span className="key" aria-hidden="true">
          N
        </span>
      </Button>
      <Suspense>
        <Queue />
      </Suspense>
    </div>
  );
}
