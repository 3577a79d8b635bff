using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Http;

/// <summary>Where the HTTP listeners really are; known once the server has started, also where the kernel chose the port.</summary>
public sealed class ListenAddresses(ServerOptions options, IServer server)
{
    /// <summary>The TCP port of a plane's listener.</summary>
    /// <exception cref="InvalidOperationException">The plane has no listener, or it is not bound yet.</exception>
    public int PortOf(Plane plane)
    {
        // Kestrel names them in the order in which they were asked for: see ServerHost.
        var index = plane == Plane.Admin && options.HasBootPlane ? 1 : 0;
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return index < addresses.Count
            ? BindingAddress.Parse(addresses.ElementAt(index)).Port
            : throw new InvalidOperationException($"the {plane} plane is not bound");
    }
}
