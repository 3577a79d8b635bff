using System.Net;
using System.Net.Sockets;

namespace Stiefel.Server.Http;

/// <summary>Says why nothing can listen at an address, which setting names it, and what to do.</summary>
public static class ListenFailure
{
    /// <summary>What a person is told who cannot have that address.</summary>
    public static IOException Of(IPEndPoint endPoint, string setting, SocketException problem)
    {
        var hint = problem.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"; stop what listens there (`ss -tlnp` names it), or choose another port by --{setting}",
            SocketError.AddressNotAvailable => "; this machine has no such address (`ip address` shows which it has)",
            SocketError.AccessDenied => "; ports below 1024 are root's",
            _ => "",
        };
        return new IOException($"cannot listen at {endPoint} ({setting}): {problem.Message}{hint}", problem);
    }
}
