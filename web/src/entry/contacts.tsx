import type { TrailEntryCustomerInfo } from '@genjin/client';
import { Popover } from 'antd';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';

/** Contact persons by name; a click shows how to reach them. Those that are not known are shown by their id. */
export function Contacts({ ids, known }: { ids: readonly number[]; known: readonly TrailEntryCustomerInfo[] | null }) {
  const { t } = useTranslation();
  return ids.map((id, i) => {
    const contact = known?.find((one) => one.customer_id === id);
    const name = contact?.name || t('entry.contactId', { id });
    return (
      <Fragment key={id}>
        {i > 0 && <span aria-hidden="true">{' · '}</span>}
        {contact === undefined || !isReachable(contact) ? (
          name
        ) : (
          <Popover trigger="click" title={name} content={<Ways contact={contact} />}>
            <button type="button" className="contact link">
              {name}
            </button>
          </Popover>
        )}
      </Fragment>
    );
  });
}

const isReachable = ({ email, tel_list, contact }: TrailEntryCustomerInfo): boolean =>
  email !== '' || tel_list.length > 0 || contact.length > 0;

function Ways({ contact }: { contact: TrailEntryCustomerInfo }) {
  const { t } = useTranslation();
  const ways = [
    ...(contact.email === '' ? [] : [{ label: t('entry.email'), value: contact.email }]),
    ...contact.tel_list.map(([area, number]) => ({
      label: t('entry.phone'),
      value: area === '' ? number : `+${area} ${number}`,
    })),
    ...contact.contact.map(({ type, value }) => ({ label: type, value })),
  ];
  return (
    <dl className="ways">
      {ways.map(({ label, value }) => (
        <Fragment key={`${label} ${value}`}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
