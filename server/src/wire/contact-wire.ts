/** Contact persons as they are pushed with their company or lead, and as both show them (docs/wire.md#neighbours). */
import { Type } from 'typebox';
import type { ContactPush } from '../domain/contact.ts';
import type { Company, Contact, LeadContact } from '../domain/objects.ts';
import { badParameter } from '../errors.ts';
import { type Field, fieldSet, idOrNone, ifGiven, line, objects, oneOf } from './fields.ts';
import { emptyList, number, numbers, objects as objectsOf, type Part, phones, shape, text } from './shape.ts';

/** Fields of their own for accounts of these types. */
const accountTypes = [
  'whatsapp',
  'wechat',
  'facebook',
  'linkedin',
  'twitter',
  'instagram',
  'skype',
  'telegram',
  'line',
  'viber',
  'zalo',
  'qq',
] as const;

const accountField = (type: string) => ifGiven(line(`The account at ${type}.`, 200));

export const email = (description: string) =>
  line(description, 320, { pattern: /^[^\s@]+@[^\s@]+$/, accepted: 'one e-mail address' });
export const telArea = (description: string) => line(description, 20);
export const telNumber = (description: string) => line(description, 50);

const phonesAccepted = 'accepted: a list of at most 20 [area code, number]';

const phoneList: Field<readonly (readonly [string, string])[]> = {
  schema: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }), {
    maxItems: 20,
    description: '电话 · All telephone numbers, [area code, number] each.',
  }),
  read(name, raw) {
    if (raw === null || raw === '' || raw === 0) return [];
    if (!Array.isArray(raw) || raw.length > 20) throw badParameter(name, raw, phonesAccepted);
    const [area, digits] = [telArea(''), telNumber('')];
    const read = raw.map((pair: unknown, place): [string, string] => {
      if (!Array.isArray(pair) || pair.length !== 2) throw badParameter(`${name}[${place}]`, pair, phonesAccepted);
      return [area.read(`${name}[${place}][0]`, pair[0]), digits.read(`${name}[${place}][1]`, pair[1])];
    });
    return read.filter(([, own]) => own !== '');
  },
};

const account = fieldSet({
  type: line('The service, such as whatsapp; free text.', 50),
  value: line('The account.', 200),
});

const accountFields = Object.fromEntries(accountTypes.map((type) => [type, accountField(type)])) as {
  [T in (typeof accountTypes)[number]]: Field<string | undefined>;
};

const contactFields = fieldSet({
  customer_id: idOrNone('联系人ID · 0 or absent: a new one.'),
  name: ifGiven(line('姓名 · Name; a new contact needs it or an email.', 500)),
  email: ifGiven(email('邮箱 · E-mail.')),
  tel: ifGiven(telNumber('电话 · The first telephone number, without its area code.')),
  tel_area_code: ifGiven(telArea('电话区号 · Its area code.')),
  tel_list: ifGiven(phoneList),
  post: ifGiven(line('职位 · Position.', 200)),
  post_grade: ifGiven(oneOf('职级 · Level of the position.', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0)),
  gender: ifGiven(oneOf('性别 · 0 unknown · 1 male · 2 female.', [0, 1, 2], 0)),
  remark: ifGiven(line('备注 · Remark.', 10_000)),
  birth: ifGiven(line('生日 · Birthday, as a text.', 20)),
  main_customer_flag: ifGiven(oneOf('主要联系人 · 1: the first to be asked; there is one at a firm.', [0, 1], 0)),
  remove: oneOf('1: remove this contact.', [0, 1], 0),
  contact: ifGiven(objects(account, '社交账号 · All other ways to reach the person; they replace what is there.', 50)),
  ...accountFields,
});

/** The contact persons of a push. */
export const contactList = objects(
  contactFields,
  '联系人 · Contact persons to add, edit or remove; others stay as they are.',
  200,
);

type GivenContact = ReturnType<typeof contactFields.read>;

export const readContacts = (given: readonly GivenContact[]): ContactPush[] => given.map(readContact);

const readContact = (given: GivenContact): ContactPush => ({
  contactId: given.customer_id,
  remove: given.remove === 1,
  main: given.main_customer_flag === undefined ? undefined : given.main_customer_flag === 1,
  fields: { name: given.name, email: given.email },
  phones: given.tel_list,
  phone: { area: given.tel_area_code, number: given.tel },
  accounts: given.contact?.filter((one) => one.value !== ''),
  accountOf: accountTypes.flatMap((type) => {
    const value = given[type];
    return value === undefined ? [] : [{ type, value }];
  }),
  details: {
    post: given.post,
    postGrade: given.post_grade,
    gender: given.gender,
    remark: given.remark,
    birth: given.birth,
  },
});

type Person = Contact | LeadContact;

const accountShape = shape<Person['accounts'][number]>(
  {
    type: text('Free text, such as whatsapp.', ({ type }) => type),
    value: text('The account.', ({ value }) => value),
  },
  'ContactAccount',
);

/** What every answer shows of a contact alike. */
export const contactParts = {
  customer_id: number('联系人ID · The contact person.', ({ contactId }: Person) => contactId),
  name: text('姓名 · Name.', ({ name }: Person) => name),
  email: text('邮箱 · E-mail.', ({ email }: Person) => email),
  gender: number('性别 · 0 unknown · 1 male · 2 female.', ({ details }: Person) => details.gender ?? 0),
  remark: text('备注 · Remark.', ({ details }: Person) => details.remark ?? ''),
  birth: text('生日 · Birthday.', ({ details }: Person) => details.birth ?? ''),
  tel_list: phones('电话 · [area code, number] each.', (person: Person) => person.phones),
  post_grade: number('职级 · Level of the position.', ({ details }: Person) => details.postGrade ?? 0),
  post: text('职位 · Position.', ({ details }: Person) => details.post ?? ''),
  contact: objectsOf('社交账号 · Other ways to reach the person.', accountShape, ({ accounts }: Person) => accounts),
  main_customer_flag: number('主要联系人 · 1: the first to be asked.', ({ main }: Person) => (main ? 1 : 0)),
} satisfies Record<string, Part<Person>>;

/** A contact of a company with the company that it is shown in. */
export interface ContactOf {
  readonly contact: Contact;
  readonly company: Company;
}

const own = <T>({ schema, value }: Part<T>): Part<{ readonly contact: T }> => ({
  schema,
  value: ({ contact }) => value(contact),
});

/** As `company/info` shows it. */
export const companyContactShape = shape<ContactOf>({
  customer_id: own(contactParts.customer_id),
  company_id: number('客户ID · Its company.', ({ company }) => company.companyId),
  name: own(contactParts.name),
  email: own(contactParts.email),
  gender: own(contactParts.gender),
  remark: own(contactParts.remark),
  birth: own(contactParts.birth),
  tel_list: own(contactParts.tel_list),
  post_grade: own(contactParts.post_grade),
  post: own(contactParts.post),
  image_list: emptyList('图片 · Pictures; not kept.'),
  contact: own(contactParts.contact),
  main_customer_flag: own(contactParts.main_customer_flag),
  external_field_data: emptyList('自定义字段 · Custom fields; not kept.'),
  user_id: numbers('跟进人 · Who looks after the company.', ({ company }) => company.ownerIds),
  company_name: text('客户名称 · The name of the company.', ({ company }) => company.name),
});

/** As `lead/info` shows it. */
export const leadContactShape = shape<LeadContact>({
  customer_id: contactParts.customer_id,
  lead_id: number('线索ID · Its lead.', ({ leadId }) => leadId ?? 0),
  name: contactParts.name,
  email: contactParts.email,
  tel_list: contactParts.tel_list,
  post: contactParts.post,
  post_grade: contactParts.post_grade,
  birth: contactParts.birth,
  main_customer_flag: contactParts.main_customer_flag,
  gender: contactParts.gender,
  contact: contactParts.contact,
  remark: contactParts.remark,
});
