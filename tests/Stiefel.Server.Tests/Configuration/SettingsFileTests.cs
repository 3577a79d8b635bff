using Stiefel.Linux.Programs;
using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Configuration;

/// <summary>Settings in the working directory, possibly placed there by another user.</summary>
public sealed class SettingsFileTests : IDisposable
{
    private readonly ServerFiles _files = new();
    private readonly string _settings;

    public SettingsFileTests()
    {
        _settings = _files.Path("appsettings.json");
        File.WriteAllText(_settings, """{ "Nbd": { "Access": "open" } }""");
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Read_OwnFile_GivesItsSettings() => Assert.NotNull(SettingsFile.Read(_settings));

    [Theory]
    [InlineData("chown", "65534", "belongs to another user")]
    [InlineData("chmod", "o+w", "others on this machine can change it")]
    [InlineData("chmod", "g+w", "others on this machine can change it")]
    public void Read_OthersCouldHaveWrittenIt_IsRefused(string program, string argument, string reason)
    {
        ExternalProgram.Run(program, [argument, _settings]);
        Assert.Contains(reason, Assert.Throws<UnsafeSettingsException>(() => SettingsFile.Read(_settings)).Message, StringComparison.Ordinal);
    }
}
