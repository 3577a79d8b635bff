using Stiefel.Linux.Errors;
using Stiefel.Linux.Modules;
using Xunit;

namespace Stiefel.Linux.Tests.Modules;

public sealed class KernelModuleTests
{
    [Fact]
    public void Load_NoModule_NamesTheFileAndTheReason()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "not a module");

        var failure = Assert.Throws<LinuxException>(() => KernelModule.Load(path));

        Assert.Contains($"finit_module(\"{path}\"", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, failure.Errno);
        File.Delete(path);
    }
}
