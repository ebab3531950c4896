/** A button that asks back before it does what cannot be undone. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

/** The button; the question takes its place, and the focus with it. */
export function Sure(props: {
  readonly label: string;
  /** What screen readers say, where the label alone would not tell what it is about. */
  readonly about?: string;
  readonly question: string;
  readonly yes: string;
  readonly no: string;
  readonly disabled?: boolean;
  readonly onYes: () => void;
}): JSX.Element {
  const { label, about = label, question, yes, no, disabled = false, onYes } = props;
  const asked = useSignal(false);
  const wasAsked = useRef(false);
  const first = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (asked.value !== wasAsked.current) first.current?.focus();
    wasAsked.current = asked.value;
  }, [asked.value]);
  if (!asked.value) {
    return (
      <button
        type="button"
        class="small"
        ref={first}
        aria-label={about}
        disabled={disabled}
        onClick={() => {
          asked.value = true;
        }}
      >
        {label}
      </button>
    );
  }
  return (
    <span class="sure" role="group" aria-label={question}>
      <span>{question}</span>
      <button
        type="button"
        class="small"
        ref={first}
        onClick={() => {
          asked.value = false;
        }}
      >
        {no}
      </button>
      <button
        type="button"
        class="small danger"
        disabled={disabled}
        onClick={() => {
          asked.value = false;
          onYes();
        }}
      >
        {yes}
      </button>
    </span>
  );
}
