using Stiefel.Protocol.Boot;
using Stiefel.Server.Http;

namespace Stiefel.Server.BootPlane;

/// <summary>The boot plane (docs/protocol.md): a greeting for anyone, a handshake for key holders, sealed requests for sessions.</summary>
public static class BootEndpoints
{
    private static readonly ServerGreeting s_greeting = new("stiefel", [1], []);

    /// <summary>Adds the boot plane's routes (docs/protocol.md#http).</summary>
    public static void MapBoot(this IEndpointRouteBuilder endpoints)
    {
        var handshake = endpoints.ServiceProvider.GetRequiredService<HandshakeEndpoint>();
        var sealedPlane = endpoints.ServiceProvider.GetRequiredService<SealedEndpoints>();
        var strangers = endpoints.ServiceProvider.GetRequiredService<StrangerRefusal>();

        var boot = endpoints.MapGroup("").WithMetadata(new PlaneTag(Plane.Boot)).ExcludeFromDescription();
        boot.MapGet("/", context => context.Response.WriteAsJsonAsync(s_greeting, ProtocolJson.Default.ServerGreeting, cancellationToken: context.RequestAborted));
        boot.MapPost("/v1/discovery", handshake.AnswerAsync);
        boot.MapPost("/v1/disk", handshake.AnswerForDiskAsync);
        boot.MapPost("/v1/unlock", endpoints.ServiceProvider.GetRequiredService<UnlockEndpoint>().AnswerAsync);
        boot.MapPost("/v1/entry", sealedPlane.EntryAsync);
        boot.MapPost("/v1/machine", sealedPlane.MachineAsync);
        boot.MapPost("/v1/kernel", sealedPlane.KernelAsync);
        boot.MapPost("/v1/initrd", sealedPlane.InitrdAsync);
        boot.MapPost("/v1/modules", sealedPlane.ModulesAsync);
        boot.MapPost("/v1/export", sealedPlane.ExportAsync);
        boot.MapPost("/v1/release", sealedPlane.ReleaseAsync);

        // Catch all other paths and methods, so that the control plane's 404 or 405 does not reveal which exist.
        boot.Map("/v1/{**rest}", strangers.RefuseAsync);
    }

    /// <summary>Answers any other request on this plane exactly like one with a wrong key.</summary>
    public static void UseBoot(this WebApplication app)
    {
        var strangers = app.Services.GetRequiredService<StrangerRefusal>();
        app.Use(next => context => context.Features.Get<PlaneTag>()?.Plane == Plane.Boot && context.GetEndpoint() is null
            ? strangers.RefuseAsync(context)
            : next(context));
    }
}
