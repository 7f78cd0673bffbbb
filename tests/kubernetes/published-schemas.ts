import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Namespace, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { Manifest } from './build.ts';

/** A class whose `validate` is compiled from the published schema, and throws. */
interface Model {
  readonly prototype: { validate(): void };
}

const models: Record<string, Model> = {
  'apps/v1 Deployment': Deployment,
  'autoscaling/v2 HorizontalPodAutoscaler': HorizontalPodAutoscaler,
  'batch/v1 Job': Job,
  'keda.sh/v1alpha1 ScaledObject': ScaledObject,
  'monitoring.coreos.com/v1 PodMonitor': PodMonitor,
  'networking.k8s.io/v1 Ingress': Ingress,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'v1 Namespace': Namespace,
  'v1 Service': Service,
  'v1 ServiceAccount': ServiceAccount,
};

/**
 * A copy that notes which of its fields are read. The schemas let fields pass that they do not know, as
 * those of Kubernetes do, and a misspelt field is just that; but what they know they look at.
 */
const watched = (value: unknown, path: string, unread: Set<string>): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  const isList = Array.isArray(value);
  const copy: object = isList ? [] : {};
  for (const [key, child] of Object.entries(value)) {
    const at = `${path}/${key}`;
    if (!isList) unread.add(at);
    Reflect.set(copy, key, watched(child, at, unread));
  }
  return new Proxy(copy, {
    get: (from, key) => {
      unread.delete(`${path}/${String(key)}`);
      return Reflect.get(from, key);
    },
  });
};

/**
 * @returns the fields that the schema of the manifest's kind does not know.
 * @throws Error where it does not fit that schema, or there is none.
 */
export const checkAgainstSchema = (manifest: Manifest): string[] => {
  const name = `${manifest.apiVersion} ${manifest.kind}`;
  const model = models[name];
  if (!model) throw new Error(`there is no schema of ${name}`);
  const unread = new Set<string>();
  // Not of an instance: the constructor copies, and so reads, everything.
  model.prototype.validate.call(watched(manifest, '', unread));
  return [...unread];
};
