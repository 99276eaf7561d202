import {
  isCode,
  type Experiment,
  type MetricPoint,
  type MlflowClient,
  type NewRun,
  type Run,
} from '@fsad/mlflow-client';
import type { Group } from './identity.ts';
import { userInfo } from 'node:os';
import { groupDescription, type DrawnFiles } from './drawings.ts';
import { groupId, groupName, groupParams, parentIdentity, tagNames } from './identity.ts';
import type { SyncState } from './sync-state.ts';

/** How long after a doubtful creation a second copy of it may still turn up. */
const doubtMs = 60_000;

/** The runs of a store on one server: each found by the identity among its tags or made, never twice. */
export class MlflowRuns {
  readonly client: MlflowClient;
  readonly storeId: string;
  readonly notes = new Set<string>();
  made = 0;
  points = 0;
  artifacts = 0;
  /** False once the server has said that it carries none. */
  takesArtifacts = true;
  readonly #state: SyncState;
  readonly #experiments = new Map<string, Experiment>();
  readonly #starts = new Map<string, number>();

  constructor(client: MlflowClient, state: SyncState, storeId: string) {
    this.client = client;
    this.storeId = storeId;
    this.#state = state;
  }

  /** Pages of the experiments. MLflow 3 opens one as a GenAI project, without its runs and charts, unless the address says otherwise. */
  get views(): { readonly experiment: string; readonly url: string }[] {
    return [...this.#state.experiments.values()].map(({ name, id }) => ({
      experiment: name,
      url: `${this.client.uri}/#/experiments/${id}?workflowType=machine_learning`,
    }));
  }

  /** Drops from the state what it knows of experiments that the server has no more, or has anew. */
  async forgetWhatIsGone(): Promise<void> {
    for (const { name, id, createdAt } of [...this.#state.experiments.values()]) {
      const found = await this.client.getExperimentByName(name);
      if (found?.id !== id || found.createdAt !== createdAt) this.#state.forgetExperiment(name);
    }
  }

  /** The experiment of this name, made or brought back where needed. */
  async experiment(name: string): Promise<Experiment> {
    const known = this.#experiments.get(name);
    if (known) return known;
    const found = await this.client.ensureExperiment(name);
    const { id, createdAt, deleted } = found;
    if (deleted) {
      await this.client.restoreExperiment(id);
      this.notes.add(
        `experiment ${name} was deleted in MLflow; it was restored there, as runs are told to it`,
      );
    }
    this.#experiments.set(name, found);
    this.#state.putExperiment({ name, id, createdAt });
    return found;
  }

  /** Takes note that a trial of a group began at `startTime`, told or not: its parent run, where it is still to be made, begins no later. */
  noteStart(group: Group, startTime: number): void {
    const id = groupId(group);
    this.#starts.set(id, Math.min(startTime, this.#starts.get(id) ?? Infinity));
  }

  /** The parent run of a group. Where it is made it begins at `startTime`, or with the earliest trial that was noted. */
  async parent(group: Group, startTime: number): Promise<string> {
    const id = groupId(group);
    const known = this.#state.parents.get(id);
    if (known) return known.run;
    const params = groupParams(group);
    const run = await this.#ensure(group.experiment, {
      name: groupName(group),
      startTime: Math.min(startTime, this.#starts.get(id) ?? Infinity),
      tags: {
        [tagNames.run]: parentIdentity(this.storeId, group),
        'mlflow.note.content': groupDescription(group),
        ...this.#commonTags(),
      },
    });
    if (!run.deleted) await this.log(run.id, { params });
    const { experiment } = group;
    this.#state.putParent({ group: id, experiment, run: run.id, steps: 0, stepsDigest: '', digest: '' });
    return run.id;
  }

  /** The run of a trial; its identity is among `tags`. */
  child(experiment: string, run: Omit<NewRun, 'experimentId'>): Promise<Run> {
    return this.#ensure(experiment, { ...run, tags: { ...this.#commonTags(), ...run.tags } });
  }

  /** Puts files among a run's artefacts; a server that carries none is asked once, and noted. */
  async upload(runId: string, files: Iterable<readonly [path: string, bytes: Buffer]>): Promise<void> {
    let run: Run | undefined;
    for (const [path, bytes] of files) {
      if (!this.takesArtifacts) return;
      run ??= await this.client.getRun(runId);
      try {
        await this.client.uploadArtifact(run, path, bytes);
        this.artifacts++;
      } catch (error) {
        if (!isCode(error, 'ARTIFACTS_NOT_SERVED')) throw error;
        this.takesArtifacts = false;
        this.notes.add(
          `pictures and files stay in the store: ${(error as Error).message.replace(runId, 'of a trial')}`,
        );
      }
    }
  }

  /** Pictures, pages and tables; MLflow's views of tables look for them in a tag. */
  async uploadDrawn(runId: string, { files, tables }: DrawnFiles): Promise<void> {
    await this.upload(
      runId,
      [...files].map(([path, content]): [string, Buffer] => [path, Buffer.from(content)]),
    );
    if (tables.length === 0 || !this.takesArtifacts) return;
    const told = JSON.stringify(tables.map((path) => ({ path, type: 'table' })));
    await this.log(runId, { tags: { 'mlflow.loggedArtifacts': told } });
  }

  async log(
    runId: string,
    data: { params?: Record<string, string>; tags?: Record<string, string>; metrics?: MetricPoint[] },
  ): Promise<void> {
    await this.client.log(runId, data);
    this.points += data.metrics?.length ?? 0;
  }

  /**
   * Tells a run that is known by its id. False where it was deleted in MLflow: it stays so.
   * @throws MlflowError with RESOURCE_DOES_NOT_EXIST where it is gone for good
   */
  async unlessDeleted(runId: string, tell: () => Promise<void>): Promise<boolean> {
    try {
      await tell();
      return true;
    } catch (error) {
      if (!isCode(error, 'INVALID_PARAMETER_VALUE')) throw error;
      const { deleted, name } = await this.client.getRun(runId);
      if (!deleted) throw error;
      this.notes.add(
        `run "${name}" (${runId}) was deleted in MLflow and stays so; restore it there to have it told`,
      );
      return false;
    }
  }

  /** Deletes second copies of runs whose creation went unanswered. */
  async removeDoubles(): Promise<void> {
    for (const { identity, experimentId, since } of [...this.#state.doubts.values()]) {
      const runs = await this.client.findRuns(experimentId, tagNames.run, identity);
      if (runs.length > 1) await this.#keepOne(runs);
      if (Date.now() - since > doubtMs) this.#state.forget('doubt', identity);
    }
  }

  async #ensure(experiment: string, run: Omit<NewRun, 'experimentId'>): Promise<Run> {
    const { id: experimentId } = await this.experiment(experiment);
    const identity = run.tags[tagNames.run];
    const doubt = (): void => this.#state.putDoubt({ identity, experimentId, since: Date.now() });
    try {
      const { runs, created, tries } = await this.client.ensureRun({ ...run, experimentId }, tagNames.run);
      if (created) this.made++;
      if (tries > 1) doubt();
      return await this.#keepOne(runs);
    } catch (error) {
      doubt();
      throw error;
    }
  }

  /** Of several runs of one identity that stays which was told most, else the first by id. */
  async #keepOne(runs: readonly Run[]): Promise<Run> {
    const active = runs.filter(({ deleted }) => !deleted);
    const kept = active.reduce((a, b) => (told(b) > told(a) ? b : a), active[0] ?? runs[0]);
    for (const { id } of active) if (id !== kept.id) await this.client.deleteRun(id);
    return kept;
  }

  #commonTags(): Record<string, string> {
    return {
      [tagNames.store]: this.storeId,
      'mlflow.source.name': 'fsad',
      'mlflow.source.type': 'LOCAL',
      'mlflow.user': userName(),
    };
  }
}

/** Who tells, as MLflow's own clients say it. */
function userName(): string {
  try {
    return process.env.MLFLOW_TRACKING_USERNAME ?? userInfo().username;
  } catch {
    // A user without an entry on this machine, as in some containers.
    return 'unknown';
  }
}

const told = ({ params, metrics }: Run): number => Object.keys(params).length + Object.keys(metrics).length;
