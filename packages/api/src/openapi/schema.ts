/** As much of a JSON Schema (2020-12) as is looked into here. */
export interface SchemaObject {
  readonly $ref?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'object' | 'array' | 'boolean' | 'null';
  readonly const?: unknown;
  readonly enum?: unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly description?: string;
  readonly properties?: Record<string, SchemaObject>;
  readonly allOf?: SchemaObject[];
  readonly anyOf?: SchemaObject[];
  readonly oneOf?: SchemaObject[];
  readonly items?: SchemaObject;
  readonly discriminator?: { propertyName: string; mapping: Record<string, string> };
}

export const schemaReference = (name: string): SchemaObject => ({
  $ref: `#/components/schemas/${name}`,
});
