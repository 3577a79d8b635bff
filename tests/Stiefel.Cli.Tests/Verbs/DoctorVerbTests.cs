using System.CommandLine;
using System.Text.Json;
using Stiefel.Cli.Doctor;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

/// <summary>`stiefel doctor` as typed on the command line.</summary>
public sealed class DoctorVerbTests
{
    [Fact]
    public async Task Doctor_OfALaptopThatWouldWork_EndsWithNothingInTheWay()
    {
        using var laptop = LaptopModel.Debian();
        var text = await RunAsync(ExitCode.Done, "--root", laptop.Root);
        Assert.Contains("Nothing was found that would keep this disk from being served.", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public async Task Doctor_OfALaptopThatWouldNot_SaysWhatToDoFirst()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("proc/sys/kernel/kexec_load_disabled", "1\n");
        laptop.Write("etc/fstab", "/dev/sda1 /\u001b[2Jhome ext4 defaults 0 2\n");
        var text = await RunAsync(ExitCode.Failed, "--root", laptop.Root);
        Assert.StartsWith("Would stop it\n  ✗ kernel.kexec_load_disabled is 1", text, StringComparison.Ordinal);
        Assert.Contains("      → take `kernel.kexec_load_disabled = 1` out", text, StringComparison.Ordinal);
        Assert.Contains("2 things would keep this disk from being served.", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public async Task Doctor_Json_IsWhatThePersonReads()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Remove("etc/stiefel/keys/stick.key");
        using var document = JsonDocument.Parse(await RunAsync(ExitCode.Done, "--json", "--root", laptop.Root));
        Assert.True(document.RootElement.GetProperty("wouldWork").GetBoolean());
        var first = document.RootElement.GetProperty("findings")[0];
        Assert.Equal(("key-none", "note", "stiefel key new stick (or stiefel setup-server-os)"), (first.GetProperty("id").GetString(), first.GetProperty("grade").GetString(), first.GetProperty("remedy").GetString()));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("findings")[1].GetProperty("remedy").ValueKind);
    }

    [Fact]
    public async Task Doctor_OfARootFileSystemAlone_SaysWhatIsNotLookedAt()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Remove("proc");
        laptop.Remove("sys");
        laptop.Remove("dev");
        Assert.Contains("[not-running]", await RunAsync(ExitCode.Done, "--root", laptop.Root), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_NoSuchDirectory_IsWrongUsage() => await RunAsync(ExitCode.WrongUsage, "--root", "/no/such/directory");

    [Fact]
    public void Text_OnATerminal_IsColored() =>
        Assert.Contains("\u001b[31m✗\u001b[0m a  [x]", FindingsText.Of(new Diagnosis("/", [Finding.Stop("x", "a", "b")]), colored: true), StringComparison.Ordinal);

    private static async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { DoctorVerb.Build() }, ["doctor", .. arguments], output, output);
        Assert.True(code == expected, $"exit code {code}: {output}");
        return output.ToString();
    }
}
