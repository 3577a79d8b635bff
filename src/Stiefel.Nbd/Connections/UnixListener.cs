using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Files;

namespace Stiefel.Nbd.Connections;

/// <summary>A listening socket in the file system (man 7 unix), for its owner alone.</summary>
public static class UnixListener
{
    private const int Backlog = 128;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Listens at the path. What a server that died left there is replaced; a socket that somebody listens at is not.</summary>
    /// <param name="path">At most 107 bytes; its directory must be there.</param>
    /// <exception cref="SocketException">It is taken, by a socket in use or by something else, or cannot be made.</exception>
    public static Socket Listen(string path)
    {
        var endPoint = new UnixDomainSocketEndPoint(path);
        RemoveDead(endPoint, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Before it has a name, and so never open to others: Linux gives the file the rights of the socket.
            File.SetUnixFileMode(new SafeFileHandle(socket.Handle, ownsHandle: false), OwnerOnly);
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RemoveDead(UnixDomainSocketEndPoint endPoint, string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && FileStamp.OfLink(path) is { IsSocket: true })
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            // Nothing is there, or Bind will say what is.
        }
    }
}
