using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Stiefel.Protocol.Control;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Stiefel.Server.Admin;

/// <summary>Describes the state of a disk in the API's description as a string with a fixed set of values.</summary>
internal sealed class DiskStateSchema : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (context.Type != typeof(DiskState) || schema is not OpenApiSchema words)
        {
            return;
        }

        words.Type = JsonSchemaType.String;
        words.Enum = [.. DiskState.All.Select(state => (JsonNode)state.Word)];
        words.Properties = null;
        words.Required = null;
        words.AdditionalPropertiesAllowed = true;
    }
}
