/** A way to reach somebody, as it was written down: each telephone number in it can be rung with one tap. */
import { Fragment } from 'react';

/** Short numbers of the house (8805), service lines (96333), and whole ones with spaces or hyphens. */
const NUMBER = /(\+?\d[\d\s-]{1,18}\d)/;

export function PhoneText({ text }: { readonly text: string }) {
  return text.split(NUMBER).map((part, at) => (
    // Every second part is what the pattern has found.
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
    <Fragment key={at}>{at % 2 === 1 ? <PhoneLink number={part} /> : part}</Fragment>
  ));
}

function PhoneLink({ number }: { readonly number: string }) {
  return (
    <a className="phone-link figures" href={`tel:${number.replace(/[\s-]/g, '')}`}>
      {number}
    </a>
  );
}
