/** As `fetch`, but it tells how much of a form with files has gone: only XMLHttpRequest knows. */
import { keptFetch } from '../offline/kept-answers.ts';

export function uploadFetch(told: (share: number) => void): typeof fetch {
  return (input, init) => {
    if (!(init?.body instanceof FormData)) return keptFetch(input, init);
    const { body, signal } = init;
    return new Promise<Response>((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init.method ?? 'POST', String(input));
      new Headers(init.headers).forEach((value, name) => {
        request.setRequestHeader(name, value);
      });
      request.upload.onprogress = ({ loaded, total }) => total > 0 && told(loaded / total);
      request.onload = () => {
        const headers = new Headers();
        for (const line of request
          .getAllResponseHeaders()
          .trim()
          .split(/[\r\n]+/)) {
          const at = line.indexOf(': ');
          if (at > 0) headers.append(line.slice(0, at), line.slice(at + 2));
        }
        resolve(new Response(request.responseText, { status: request.status, statusText: request.statusText, headers }));
      };
      request.onerror = () => reject(new TypeError('Failed to fetch'));
      request.onabort = () => reject(signal?.reason);
      signal?.addEventListener('abort', () => request.abort(), { once: true });
      request.send(body);
    });
  };
}
