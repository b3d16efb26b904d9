import { exampleEntries } from '../../server/src/demo/example.ts';

export const hostileCompany = 666;
const script = '<script>alert("script")</script>';
const image = '<img src=x onerror="alert(1)">';

/** Texts that must be shown as they are, and never act. */
export const hostileTexts: readonly string[] = [
  script,
  image,
  '"><svg onload=alert(2)>',
  "javascript:alert('3')",
  '{{constructor.constructor("alert(4)")()}} $t(product) $\u007Balert(5)}',
  '<a href="javascript:alert(6)">click</a> &lt;b&gt; &amp;',
  '<style>body{display:none}</style>',
  '\u202Eevil\u202C \u0000 \u001b[31m 𠮷 👩‍👩‍👧‍👦',
];

/** Everything that does not fit: one long word, and more lines than a page has. */
export const longWord = 'W'.repeat(3000);
export const manyLines = Array.from({ length: 40 }, (_, i) => `第 ${i + 1} 行`).join('\n');

/** Entries about one company whose every text is hostile, too long, or missing. */
export const hostileEntries: readonly unknown[] = [...hostileTexts, longWord, manyLines, ' \n '].map((text, i) => ({
  ...(exampleEntries[0] as object),
  trail_id: 900 + i,
  follow_up_id: 0,
  refer_id: 0,
  type: i === 0 ? 777 : 105,
  content: text,
  create_time: `2021-05-0${1 + (i % 3)} 10:00:${String(i).padStart(2, '0')}`,
  created_at: '2021-05-09 10:00:00',
  update_time: '2021-05-09 10:00:00',
  company_id: hostileCompany,
  company_info: { company_id: hostileCompany, name: `${image}株式会社`, is_archive: 0 },
  lead_id: 700 + i,
  lead_info: { lead_id: 700 + i, name: text.slice(0, 900) },
  opportunity_id: 800 + i,
  opportunity_info: { opportunity_id: 800 + i, name: text.slice(0, 900) },
  create_user: 30,
  create_user_info: { user_id: '30', nickname: script, avatar: 'https://elsewhere.example/picture.png' },
  customer_id: [1000 + i, 2000],
  customer_info: [
    {
      customer_id: 1000 + i,
      name: text.slice(0, 900),
      email: image,
      tel_list: [['86', script]],
      contact: [{ type: image, value: script }],
    },
  ],
  lead_customer_id: [3000],
  file_ids: [10, 11],
  file_info: [
    {
      file_id: 10,
      file_name: `${image}.pdf`,
      file_size: 0,
      file_path: "javascript:alert('7')",
      file_preview_url: ' javascript:alert(8)',
    },
    {
      file_id: 11,
      file_name: longWord,
      file_size: 5_300_000,
      file_path: 'https://files.example/a"onclick="alert(9)',
      file_preview_url: '',
    },
  ],
}));
