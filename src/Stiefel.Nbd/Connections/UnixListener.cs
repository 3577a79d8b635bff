using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Files;

namespace Stiefel.Nbd.Connections;

/// <summary>Makes a listening Unix domain socket (man 7 unix) that only its owner can use.</summary>
public static class UnixListener
{
    private const int Backlog = 128;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Listens at the path. Replaces a socket that a dead server left there, but not one that is in use.</summary>
    /// <param name="path">At most 107 bytes; its directory must exist.</param>
    /// <exception cref="SocketException">The path is taken by a socket in use or another file, or the socket cannot be made.</exception>
    public static Socket Listen(string path)
    {
        var endPoint = new UnixDomainSocketEndPoint(path);
        RemoveDead(endPoint, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Set the mode before bind, so that the path is never open to others: Linux gives the file the socket's mode.
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
            // The path is free, or Bind will report why not.
        }
    }
}
