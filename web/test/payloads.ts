/** Texts that would run a script, were they ever taken for anything but texts: contexts, ways in, and ways round filters, all put together. */
const call = 'globalThis.ran=(globalThis.ran||0)+1';

const closers = ['', '"', "'", '`', '">', "'>", '</title>', '</textarea>', '</script>', '</style>', '-->', ']]>'] as const;
const bodies = [
  `<script>${call}</script>`,
  `<img src=x onerror=${call}>`,
  `<svg onload=${call}>`,
  `<svg><animate onbegin=${call} attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>parent.ran=1</script>">`,
  `<details open ontoggle=${call}>`,
  `<input autofocus onfocus=${call}>`,
  `<math><mtext><style><img src onerror=${call}>`,
] as const;
const alone = [
  `javascript:${call}`,
  `JaVaScRiPt:${call}`,
  `java\tscript:${call}`,
  ` javascript:${call}//https://example.com`,
  `data:text/html,<script>${call}</script>`,
  `vbscript:${call}`,
  `{{constructor.constructor("${call}")()}}`,
  `\u0024{${call}}`,
  `#{${call}}`,
  `<%= ${call} %>`,
  `$t(signIn.title, {"x": "${call}"})`,
  `\u2028${call}//`,
  `\\u003cscript\\u003e${call}\\u003c/script\\u003e`,
  `&lt;script&gt;${call}&lt;/script&gt;`,
  `%3Cscript%3E${call}%3C/script%3E`,
  `+ADw-script+AD4-${call}+ADw-/script+AD4-`,
] as const;

/** A hundred and more, each another one. */
export const payloads: readonly string[] = [...closers.flatMap((closer) => bodies.map((body) => closer + body)), ...alone];

/** Entries about companies of their own, every text of each a payload. */
export const payloadEntries: readonly unknown[] = payloads.map((payload, i) => ({
  trail_id: 700_000 + i,
  follow_up_id: 0,
  type: 101,
  create_user: 5000 + (i % 7),
  refer_id: 0,
  content: payload,
  file_ids: [700_000 + i],
  enable_flag: 1,
  created_at: '2026-04-09 10:00:00',
  create_time: `2026-04-0${1 + (i % 9)} 10:00:${String(i % 60).padStart(2, '0')}`,
  update_time: '2026-04-09 10:00:00',
  client_id: 23412,
  company_id: 700_000 + i,
  customer_id: [710_000 + i],
  lead_id: 720_000 + i,
  lead_customer_id: [730_000 + i],
  opportunity_id: 740_000 + i,
  inquiry_id: 0,
  track_session_no: 0,
  comment_count: 0,
  create_user_info: { user_id: String(5000 + (i % 7)), nickname: payloads[i % 7], avatar: payload },
  file_info: [{ file_id: 700_000 + i, file_name: payload, file_size: 1, file_path: payload, file_preview_url: payload }],
  company_info: { company_id: 700_000 + i, name: payload, is_archive: 1 },
  customer_info: [
    {
      customer_id: 710_000 + i,
      name: payload,
      email: payload,
      tel_list: [[payload, payload]],
      contact: [{ type: payload, value: payload }],
    },
  ],
  lead_info: { lead_id: 720_000 + i, name: payload },
  lead_customer_info: [{ customer_id: 730_000 + i, name: payload, email: payload, tel_list: [[payload, payload]], contact: [] }],
  opportunity_info: { opportunity_id: 740_000 + i, name: payload },
}));
