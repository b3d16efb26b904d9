/** To the inspecting process: what is a file by its beginning, or how does a picture look that is said to be of a type? */
export type Question =
  | { readonly id: number; readonly head: Uint8Array }
  | { readonly id: number; readonly picture: Uint8Array; readonly type: string };

/** From it; `null` where nothing is known. */
export type Finding = { readonly id: number; readonly type: string | null } | { readonly id: number; readonly seen: Seen | null };

export interface Seen {
  readonly width: number;
  readonly height: number;
  readonly thumbnail: Uint8Array;
}
