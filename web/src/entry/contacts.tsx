import PhoneOutlined from '@ant-design/icons/PhoneOutlined';
import type { TrailEntryCustomerInfo } from '@genjin/client';
import { Popover } from 'antd';
import type { TFunction } from 'i18next';
import { Fragment, type ReactNode, useEffect, useRef } from 'react';
import { useAnchored } from '../parts/anchored.ts';
import { SubjectLink } from '../parts/to.tsx';

interface ContactsProps {
  readonly t: TFunction;
  readonly ids: readonly number[];
  readonly known: readonly TrailEntryCustomerInfo[] | null;
  /** Whether each has a timeline of its own. */
  readonly linked: boolean;
}

/** Contact persons by name, each with a way to see how to reach it. Those that are not known are shown by their id. */
export function Contacts({ t, ids, known, linked }: ContactsProps) {
  return ids.map((id, i) => {
    const contact = known?.find((one) => one.customer_id === id);
    const name = contact?.name || t('entry.contactId', { id });
    return (
      <Fragment key={id}>
        {i > 0 && <span aria-hidden="true">{' · '}</span>}
        {linked ? (
          <SubjectLink view="contact" id={id}>
            {name}
          </SubjectLink>
        ) : (
          <bdi>{name}</bdi>
        )}
        {contact !== undefined && isReachable(contact) && <Reach t={t} name={name} contact={contact} />}
      </Fragment>
    );
  });
}

const isReachable = ({ email, tel_list, contact }: TrailEntryCustomerInfo): boolean =>
  email !== '' || tel_list.length > 0 || contact.length > 0;

interface ReachProps {
  readonly t: TFunction;
  readonly name: string;
  readonly contact: TrailEntryCustomerInfo;
}

function Reach({ t, name, contact }: ReachProps) {
  const { open, close, button } = useAnchored();
  return (
    <span className="anchored">
      <button type="button" className="reach-button" aria-label={t('entry.reach', { name })} {...button}>
        <PhoneOutlined />
      </button>
      {open && (
        <Popover
          open
          trigger="click"
          placement="bottom"
          onOpenChange={close}
          content={<Ways t={t} name={name} contact={contact} onClose={close} />}
        >
          <span className="anchor" />
        </Popover>
      )}
    </span>
  );
}

/** Nothing that could add more to a message than to whom it goes. */
const isMail = (text: string): boolean => /^[^\s@<>"?&,;:]+@[^\s@<>"?&,;:]+$/.test(text);
const isPhone = (text: string): boolean => /^\+?[\d\s()./-]{3,30}$/.test(text);

function Ways({ t, name, contact, onClose }: ReachProps & { onClose: () => void }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  const { email } = contact;
  const phones = contact.tel_list.map(([area, number]) => (area === '' ? number : `+${area} ${number}`));
  const ways: { label: string; value: string; shown: ReactNode }[] = [
    ...(email === ''
      ? []
      : [{ label: t('entry.email'), value: email, shown: isMail(email) ? <Way to={`mailto:${email}`}>{email}</Way> : email }]),
    ...phones.map((value) => ({
      label: t('entry.phone'),
      value,
      shown: isPhone(value) ? <Way to={`tel:${value.replace(/[^\d+]/g, '')}`}>{value}</Way> : value,
    })),
    ...contact.contact.map(({ type, value }) => ({ label: type, value, shown: value })),
  ];
  return (
    <section
      ref={box}
      className="reach"
      aria-label={t('entry.reach', { name })}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <strong className="reach-name">{name}</strong>
      <dl>
        {ways.map(({ label, value, shown }) => (
          <Fragment key={`${label} ${value}`}>
            <dt>{label}</dt>
            <dd>{shown}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

function Way({ to, children }: { to: string; children: ReactNode }) {
  return (
    <a className="link" href={to}>
      {children}
    </a>
  );
}
