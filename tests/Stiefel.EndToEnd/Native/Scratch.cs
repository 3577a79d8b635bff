using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Stiefel.EndToEnd.Native;

/// <summary>A private directory of one test, removed with it.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch() => Root = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public string Root { get; }

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>A file of random bytes, written in pieces.</summary>
    public string RandomFile(string name, long size)
    {
        var path = this[name];
        using var file = File.Create(path);
        var block = new byte[1 << 20];
        for (var left = size; left > 0; left -= block.Length)
        {
            RandomNumberGenerator.Fill(block);
            file.Write(block, 0, (int)Math.Min(left, block.Length));
        }

        return path;
    }

    /// <summary>A configuration for `stiefel autokexec`, which wants ramdisk and disk in place before it listens.</summary>
    public string AutokexecConfiguration(string autokexec)
    {
        File.WriteAllText(this["empty"], "");
        File.WriteAllText(this["config.yaml"], $"""
            boot:
              disk: {this["empty"]}
            server-setup:
              stiefelsystem-kernel: {this["empty"]}
              stiefelsystem-initrd: {this["empty"]}
            autokexec:
              {autokexec}
            """);
        return this["config.yaml"];
    }

    /// <summary>A key directory with one key of the given name, private as the server demands.</summary>
    public string KeyDirectory(string directory, string name)
    {
        var path = this[directory];
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var key = Path.Combine(path, name + ".key");
        File.WriteAllBytes(key, RandomNumberGenerator.GetBytes(32));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>A port of loopback that nothing listens on now.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
