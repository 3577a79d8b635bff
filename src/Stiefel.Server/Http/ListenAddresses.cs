using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Http;

/// <summary>The actual addresses of the HTTP listeners, even where the kernel chose the port; known once the server has started.</summary>
public sealed class ListenAddresses(ServerOptions options, IServer server)
{
    /// <summary>The TCP port of a plane's listener.</summary>
    /// <exception cref="InvalidOperationException">The plane has no listener, or it is not bound yet.</exception>
    public int PortOf(Plane plane) => BoundPortOf(plane) ?? throw new InvalidOperationException($"the {plane} plane is not bound");

    /// <summary>The TCP port of a plane's listener; null while the plane has none.</summary>
    public int? BoundPortOf(Plane plane)
    {
        // Kestrel lists them in the order in which ServerHost adds them.
        var index = plane == Plane.Admin && options.HasBootPlane ? 1 : 0;
        string[] addresses = [.. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];
        return index < addresses.Length ? BindingAddress.Parse(addresses[index]).Port : null;
    }
}
