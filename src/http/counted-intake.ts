/** The intake with an eye on each mail: what came of it, and how long its answer took. */
import type { Intake, IntakeResult } from '../intake/intake.ts';

export function countedIntake(intake: Intake, told: (result: IntakeResult, seconds: number) => void): Intake {
  return {
    async take(envelope, stream, onFlood) {
      const started = performance.now();
      const result = await intake.take(envelope, stream, onFlood);
      told(result, (performance.now() - started) / 1000);
      return result;
    },
  };
}
