/** Equipment and text of an alarm as one line, at the head of a dialog. */
import type { Text } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';

interface AlarmNameProps {
  readonly alarm: { readonly equipmentName: Text; readonly text: Text };
}

export function AlarmName({ alarm }: AlarmNameProps) {
  const format = useFormat();
  return (
    <p>
      <b>{format.text(alarm.equipmentName)}</b>　{format.text(alarm.text)}
    </p>
  );
}
