/** A button that opens the dialog of a review. */
import { Button } from 'antd';
import { type ComponentType, useState } from 'react';
import type { RuleChange } from '../api/types.ts';

export interface ReviewDialogProps {
  readonly change: RuleChange;
  readonly onClose: () => void;
}

interface ReviewButtonProps {
  /** Test id. */
  readonly name: string;
  readonly text: string;
  readonly isPrimary?: boolean;
  readonly change: RuleChange;
  readonly dialog: ComponentType<ReviewDialogProps>;
}

export function ReviewButton({ name, text, isPrimary = false, change, dialog: Dialog }: ReviewButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        size="small"
        type={isPrimary ? 'primary' : 'default'}
        data-testid={name}
        onClick={() => setOpen(true)}
      >
        {text}
      </Button>
      {isOpen && <Dialog change={change} onClose={() => setOpen(false)} />}
    </>
  );
}
