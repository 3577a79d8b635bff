using Stiefel.Cli.Control;
using Stiefel.Cli.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Tests.Control;

/// <summary>A key directory with the key `blue`, which identifies commands to a server.</summary>
internal sealed class KeyForTests : IDisposable
{
    public KeyForTests()
    {
        new KeyDirectory(Directory["keys"]).Create("blue");
        Blue = AskingKey.Load(Directory["keys"], "blue");
    }

    /// <summary>The temporary directory that contains `keys`.</summary>
    public TemporaryDirectory Directory { get; } = new();

    /// <summary>The key, open.</summary>
    public SharedKey Blue { get; }

    public void Dispose()
    {
        Blue.Dispose();
        Directory.Dispose();
    }
}
