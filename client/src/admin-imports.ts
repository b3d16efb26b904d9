import { formOf, uploadTimeout } from './files.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type { ImportPreviewData, ImportRunData } from './wire.ts';

const path = '/v1/admin/import/';

/** Follow-ups out of files, in any form that OKKI's answers are kept in. For an admin who is signed in on the page. */
export class AdminImports extends Resource {
  /**
   * What an import of files would do; nothing is written.
   *
   * @example
   * const line = '{"trail_id":9,"client_id":23412,"type":101,"create_time":"2022-01-01 09:00:00","content":"寄出样品"}';
   * const file = new File([line], 'follow-ups.ndjson');
   * const { new_count, list, rejected_list } = await client.admin.imports.preview([file]);
   * console.log(new_count, list[0]?.content, rejected_list.length);
   */
  preview(files: readonly File[], options: CallOptions = {}): Promise<ImportPreviewData> {
    return this.transport.call(
      { method: 'POST', path: `${path}preview`, parts: formOf(files) },
      { timeout: uploadTimeout, ...options },
    );
  }

  /**
   * Imports files. What is there already stays as it is, so after a failure they can be sent again.
   *
   * @example
   * const line = '{"trail_id":9,"client_id":23412,"type":101,"create_time":"2022-01-01 09:00:00","content":"寄出样品"}';
   * const file = new File([line], 'follow-ups.ndjson');
   * const { new_count, rejected_list } = await client.admin.imports.run([file]);
   * console.log(new_count, rejected_list.length);
   */
  run(files: readonly File[], options: CallOptions = {}): Promise<ImportRunData> {
    return this.transport.call(
      { method: 'POST', path: `${path}run`, parts: formOf(files) },
      { timeout: uploadTimeout, ...options },
    );
  }
}
