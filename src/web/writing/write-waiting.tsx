/** Something is under way; it says what, and that it must not be repeated. */
import { Spin } from 'antd';

export function Waiting({ text }: { readonly text: string }) {
  return (
    <p className="write-waiting">
      <Spin /> {text}
    </p>
  );
}
