using System.Net;
using System.Net.Sockets;

namespace Stiefel.Server.Http;

/// <summary>Explains why the server cannot listen at an address, which setting names it, and what to do.</summary>
public static class ListenFailure
{
    /// <summary>Makes the exception with that explanation.</summary>
    public static IOException Of(IPEndPoint endPoint, string setting, SocketException problem)
    {
        var hint = problem.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"; stop the program that listens there (`ss -tlnp` names it), or choose another port with --{setting}",
            SocketError.AddressNotAvailable => "; this machine has no such address (`ip address` shows which it has)",
            SocketError.AccessDenied => "; only root may use ports below 1024",
            _ => "",
        };
        return new IOException($"cannot listen at {endPoint} ({setting}): {problem.Message}{hint}", problem);
    }
}
