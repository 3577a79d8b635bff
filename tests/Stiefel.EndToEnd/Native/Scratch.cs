using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Stiefel.EndToEnd.Native;

/// <summary>A private directory of one test, which is removed when the test ends.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch() => Root = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public string Root { get; }

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Writes a file of random bytes, in pieces.</summary>
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

    /// <summary>Writes a configuration for `stiefel autokexec`, with the ramdisk and disk that it needs before it listens.</summary>
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
              leave: kexec
              {autokexec}
            """);
        return this["config.yaml"];
    }

    /// <summary>Makes a key directory with one key of this name, readable by its owner only, as the server demands.</summary>
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

    /// <summary>Returns a loopback port that nothing listens on now.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
