/** The text of an input event: uni carries it in `detail`, which the types of plain HTML elements do not know. */
export const textOf = (event: unknown): string => (event as { detail: { value: string } }).detail.value
