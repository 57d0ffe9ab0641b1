/** What forbids writing, at the head of a step; it may come while somebody is typing. */
import { Alert } from 'antd';
import type { Obstacle } from './obstacles.ts';
import { useObstacleText } from './use-writing-words.ts';

export function Obstacles({ obstacles }: { readonly obstacles: readonly Obstacle[] }) {
  const toText = useObstacleText();
  return obstacles.map((obstacle) => (
    <Alert
      key={toText(obstacle)}
      className="gap-below"
      type="error"
      showIcon
      title={toText(obstacle)}
      data-testid="write-obstacle"
    />
  ));
}
