using System.Net;

namespace Stiefel.Server.Http;

/// <summary>Knows the ways to this server that are encrypted below TCP, on which HTTP needs no TLS of its own.</summary>
public interface IEncryptedWays
{
    /// <summary>True if a connection from this address came by such a way.</summary>
    bool Carry(EndPoint remote);
}
