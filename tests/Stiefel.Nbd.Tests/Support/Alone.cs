using Xunit;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>For tests that measure this process: nothing else runs in it meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
