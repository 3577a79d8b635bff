using Microsoft.OpenApi;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Http;
using Stiefel.Server.Metrics;
using Stiefel.Server.Status;

namespace Stiefel.Server.Admin;

/// <summary>The services of the control plane.</summary>
public static class AdminServices
{
    private const string Bearer = "token";

    /// <summary>Registers what the control plane needs.</summary>
    public static void AddAdmin(this IServiceCollection services)
    {
        services.AddSingleton<ExportReport>();
        services.AddSingleton<EventWatchers>();
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<TokenDoor>();
        services.AddSingleton<KeyCertificates>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ControlJson.Default));
        services.AddProblemDetails();
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(swagger =>
        {
            swagger.SupportNonNullableReferenceTypes();
            swagger.NonNullableReferenceTypesAsRequired();
            swagger.AddSchemaFilterInstance(new DiskStateSchema());
            swagger.AddDocumentFilterInstance(new EventSchema());
            swagger.SwaggerDoc(AdminEndpoints.DocumentName, new OpenApiInfo
            {
                Title = "Stiefel server",
                Version = AdminEndpoints.DocumentName,
                Description = "The control plane of a laptop that serves its disk. Errors are problem details (RFC 9457).",
            });
            swagger.AddSecurityDefinition(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "What `stiefel key token` prints.",
            });
            swagger.AddSecurityRequirement(document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] });
        });
    }

    /// <summary>Adds the middleware of the control plane: the check of the token, problem details for errors, and the page that shows the API.</summary>
    public static void UseAdmin(this WebApplication app) => app.UseWhen(
        context => context.Features.Get<PlaneTag>()?.Plane == Plane.Admin,
        admin =>
        {
            admin.UseExceptionHandler();
            admin.Use(next => context => HostDoor.PassAsync(context, next));
            // Check the token before errors are turned into problem documents, so that a refusal without a token has an empty body.
            var door = admin.ApplicationServices.GetRequiredService<TokenDoor>();
            admin.Use(next => context => door.PassAsync(context, next));
            admin.UseStatusCodePages();
            admin.UseSwaggerUI();
        });
}
